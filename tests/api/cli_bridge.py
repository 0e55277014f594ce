"""The unmodified AWS CLI as a client for every_operation.py, all calls in one process: run by the CLI's own interpreter.
Reads {"operation", "input"} a line, runs `aws imagebuilder <operation> --cli-input-json <input>` through the CLI's own
driver, writes {"output"} or {"error": {"code", "message"}} a line."""

import contextlib
import io
import json
import re
import sys

from awscli.clidriver import create_clidriver

ENDPOINT, REGION = sys.argv[1:3]


def command_name(operation):
    """CreateImageRecipe -> create-image-recipe, ImportVmImage -> import-vm-image"""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", operation).lower()


def run(driver, operation, members):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = driver.main(["imagebuilder", command_name(operation), "--endpoint-url", ENDPOINT, "--region", REGION,
                              "--output", "json", "--cli-input-json", json.dumps(members)])
    if status == 0:
        return {"output": json.loads(out.getvalue() or "{}")}
    found = re.search(r"An error occurred \((\S+)\) when calling .*? operation(?: \([^)]*\))?: (.*)", err.getvalue(), re.S)
    code, message = found.groups() if found else ("", err.getvalue())
    return {"error": {"code": code, "message": message.strip()}}


def main():
    driver = create_clidriver()
    for line in sys.stdin:
        call = json.loads(line)
        print(json.dumps(run(driver, call["operation"], call["input"])), flush=True)


if __name__ == "__main__":
    main()
