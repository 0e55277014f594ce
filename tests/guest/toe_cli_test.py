"""toe's command line as the specification has it (6.1 to 6.6, 6.8): options, standard output, exit codes, the log
folder, the input file; what it shows to people; validation messages; the schema; secrets that must not be seen."""
import base64
import json
import os
import pathlib
import pty
import random
import re
import string
import subprocess
import unittest
import urllib.parse

import yaml

from toe_world import World, bash_step, main

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden/toe"
SUMMARY_KEYS = ["executionId", "status", "failedStepCount", "executedStepCount", "ignoredFailedStepCount",
                "skippedStepCount", "failureMessage", "logUrl"]


class Run(World):
    def problem(self, *arguments):
        """Of arguments that make no sense: the message, which standard output and standard error both hold."""
        outcome = self.call("run", *arguments)
        self.assertEqual((outcome.code, list(outcome.json)), (1, SUMMARY_KEYS))
        self.assertIn(outcome.json["failureMessage"], outcome.err)
        return outcome.json["failureMessage"]

    def test_summary_and_log_folder(self):
        document = self.document([("Say", "echo hi")])
        outcome = self.call("run", "-d", document, "-l", "logs", "-i", "my-id")
        self.assertEqual((outcome.code, outcome.err, list(outcome.json)), (0, "", SUMMARY_KEYS))
        self.assertEqual((outcome.json["executionId"], outcome.json["status"], outcome.json["executedStepCount"]),
                         ("my-id", "success", 1))
        folder = pathlib.Path(outcome.json["logUrl"])
        self.assertRegex(folder.name, r"^TOE_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_UTC-0_my-id$")
        self.assertEqual(sorted(path.name for path in folder.iterdir()),
                         ["application.log", "chaining.json", "console.log", "detailedoutput.json", "document.yaml"])
        self.assertEqual({path.stat().st_mode & 0o777 for path in folder.iterdir()}, {0o600})
        self.assertEqual(json.loads((folder / "chaining.json").read_text()), {"build.Say.outputs.stdout": "hi"})
        pattern = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} Info ")
        for line in (folder / "console.log").read_text().splitlines():
            self.assertRegex(line, pattern)

    def test_default_log_directory_is_here(self):
        outcome = self.call("run", "-d", self.document([("Say", "echo hi")]))
        self.assertEqual(pathlib.Path(outcome.json["logUrl"]).parent, self.folder)

    def test_documents_phases_parameters(self):
        head = "parameters: [{who: {type: string, default: nobody}}]\n"
        text = self.document([("Say", "echo {{ who }}")], head=head).read_text()
        path = self.write("two.yml", text + text.split("phases:\n")[1].replace("build", "test"))
        for options, expected in (([], ["nobody", "nobody"]), (["-p", "test"], ["nobody"]),
                                  (["--phases", "test,build"], ["nobody", "nobody"]),
                                  (["--parameters", "who=a=b,other=x"], ["a=b", "a=b"]), (["-p", "none"], [])):
            with self.subTest(options):
                outcome = self.call("run", "-d", path, "-l", f"logs-{len(list(self.folder.iterdir()))}", *options)
                details = json.loads((pathlib.Path(outcome.json["logUrl"]) / "detailedoutput.json").read_text())
                said = [json.loads(step["outputs"])[0]["stdout"] for phase in details["documents"][0]["phases"]
                        for step in phase["steps"]]
                self.assertEqual((outcome.code, said), (0, expected))
        outcome = self.call("run", "--documents", f"{path},{path}", "-l", "logs-both")
        self.assertEqual(outcome.json["executedStepCount"], 4)

    def test_config_file(self):
        head = "parameters: [{who: {type: string}}]\n"
        document = self.document([("Say", "echo {{ who }}")], head=head)
        config = {"documents": [{"path": str(document), "parameters": [{"name": "who", "value": "own"}]},
                                {"path": str(document)}],
                  "parameters": [{"name": "who", "value": "all"}], "phases": "build", "executonId": "from-file",
                  "logDirectory": str(self.folder / "logs"), "stateDirectory": str(self.folder / "state"),
                  "documentS3BucketOwner": "123456789012", "trace": True, "cwIgnoreFailures": True, "novel": 1}
        path = self.write("config.json", json.dumps(config))
        outcome = self.call("run", "--config", path)
        self.assertEqual((outcome.code, outcome.json["executionId"]), (0, "from-file"), outcome.err)
        self.assertIn("unknown key 'novel'", outcome.err)
        self.assertIn("CmdExecution: Stdout: own\n", outcome.err, "trace shows the log")
        self.assertIn("CmdExecution: Stdout: all\n", outcome.err)
        outcome = self.call("run", "-c", path, "-i", "from-option", "--phases", "none")
        self.assertEqual((outcome.json["executionId"], outcome.json["executedStepCount"]), ("from-option", 0))
        for bad in ("[]", "{", "{}", '{"documents": []}', '{"documents": [{}]}', '{"documents": "x"}',
                    '{"documents": [{"path": 1}]}', '{"documents": [{"path": "x"}], "phases": 3}',
                    '{"documents": [{"path": "x"}], "parameters": [{"name": "x"}]}'):
            with self.subTest(bad):
                self.assertIn("config.json", self.problem("-c", self.write("config.json", bad)))

    def test_arguments_that_make_no_sense(self):
        document = self.document([("Say", "echo hi")])
        config = self.write("c.json", json.dumps({"documents": [{"path": str(document)}]}))
        for arguments, expected in (
                ([], "exactly one of --config and --documents"),
                (["-d", document, "-c", config], "exactly one of --config and --documents"),
                (["-c", config, "--parameters", "a=b"], "--parameters cannot be combined with --config"),
                (["-d", ","], "names no document"), (["-d"], "needs a value"), (["--nonsense"], "unknown option"),
                (["--document", "x"], "Did you mean 'documents'?"), (["x.yml"], "unexpected argument"),
                (["-d", document, "--parameters", "n="], "both are required"),
                (["-d", document, "--parameters", "n"], "both are required"),
                (["-d", document, "-i", "../out"], "must not hold '/'"),
                (["-d", document, "--reboot-mode", "never"], "must be exit or system"),
                (["-d", document, "-d", document], "given twice"), (["-d", document, "--trace=1"], "takes no value"),
                (["-d", "nowhere.yml"], "No such file or directory"), (["-d", self.folder], "Is a directory")):
            with self.subTest(arguments):
                outcome = self.call("run", *arguments)
                self.assertEqual((outcome.code, list(outcome.json)), (1, SUMMARY_KEYS))
                self.assertIn(expected, outcome.json["failureMessage"])
        self.assertEqual(list(self.folder.glob("TOE_*")), [], "nothing ran, nothing was made")

    def test_blocked_actions(self):
        document = self.document([("Say", "touch ran")])
        outcome = self.call("run", "-d", document, "--blocked-action-modules", "Reboot,ExecuteBash")
        self.assertEqual(outcome.code, 1)
        self.assertIn("ExecuteBash is blocked", outcome.json["failureMessage"])
        self.assertFalse((self.folder / "ran").exists())

    def test_help_and_version(self):
        for arguments in (["--help"], ["-h"], ["run", "--help"], ["run", "-h"], ["validate", "--help"], ["validate", "-h"]):
            outcome = self.call(*arguments)
            self.assertEqual((outcome.code, outcome.out), (0, b""), arguments)
            self.assertIn("--documents", outcome.err)
        for arguments in (["--version"], ["-v"], ["run", "--version"], ["run", "-v"]):
            self.assertRegex(self.call(*arguments).out.decode(), r"^\d+\.\d+\.\d+\n$")
        for arguments in ([], ["nonsense"]):
            self.assertEqual(self.call(*arguments).code, 1)

    def test_leftover_state_continues_the_old_run(self):
        document = self.document([("Again", "[ -e mark ] && exit 0; touch mark; exit 194")])
        self.assertEqual(self.run_document(document, "-s", "state").code, 194)
        other = self.document([("Other", "touch other")], name="other.yml")
        outcome = self.run_document(other, "-s", "state")
        self.assertEqual((outcome.code, outcome.json["executedStepCount"]), (0, 1))
        self.assertFalse((self.folder / "other").exists() or (self.folder / "state").exists())

    def test_watch(self):
        document = self.document([("Good", "echo hi"), ("Bad", "echo out; echo why >&2; exit 3")])
        plain = self.run_document(document, "--watch").err
        self.assertRegex(plain, r"document\.yml\n  build\n    Good \(ExecuteBash\) started\n"
                                r"    Good \(ExecuteBash\) success, \d\.\d s\n    Bad \(ExecuteBash\) started\n"
                                r"    Bad \(ExecuteBash\) failed, \d\.\d s: exit status 3\n")
        self.assertIn("      | Stderr: why\n", plain)
        ours, theirs = pty.openpty()
        process = subprocess.Popen([self.toe, "run", "-d", document, "-w", "-l", "logs"], stderr=theirs, cwd=self.folder,
                                   stdout=subprocess.PIPE)
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 4096):
                shown += chunk
        except OSError:
            pass  # the end of a terminal
        os.close(ours)
        self.assertEqual(json.loads(process.communicate()[0])["failedStepCount"], 1)
        self.assertIn(b"\r\x1b[K    Good (ExecuteBash) \x1b[32msuccess\x1b[0m", shown)

    def test_secrets_reach_nothing(self):
        for seed in range(6):
            random.seed(seed)
            secret = "".join(random.choices(string.ascii_letters + string.digits + "%+/=:@ '\"$&", k=40))
            quoted = "'" + secret.replace("'", "'\\''") + "'"
            encoded = base64.b64encode(b"ab" + secret.encode()).decode()
            cut = random.randrange(1, 39)
            shell = lambda text: "'" + text.replace("'", "'\\''") + "'"
            self.write("leak.sh", "\n".join([
                f"printf %s {shell(secret[:cut])}; sleep 0.02; printf '%s\\n' {shell(secret[cut:])}",
                f"printf '%s\\n' {shell(secret)} >&2", f"echo {encoded}", f"echo {encoded} | fold -w 30",
                f"echo {shell(urllib.parse.quote(secret, safe=''))}", f"echo {shell(urllib.parse.quote_plus(secret).lower())}"
                if secret.lower() == secret else f"echo {shell(urllib.parse.quote_plus(secret))}",
                f"set -x; true {quoted}", "exit 1"]))
            head = "parameters: [{token: {type: string, allowedValues: [x]}}]\n" if seed == 0 else \
                "parameters: [{token: {type: string}}]\n"
            steps = bash_step("Leak", "bash ../leak.sh", "onFailure: Continue") + \
                "- {name: File, action: CopyFile, onFailure: Continue, inputs: [{source: '{{ token }}', destination: x}]}\n" \
                "- {name: Binary, action: ExecuteBinary, onFailure: Continue, inputs: {path: '{{ token }}', arguments: ['{{ token }}']}}\n" \
                "- {name: Nested, action: ExecuteDocument, onFailure: Continue, inputs: {document: '{{ token }}', parameters: " \
                "[{name: a, value: '{{ token }}'}]}}\n" \
                "- {name: Same, action: Assert, onFailure: Continue, inputs: {stringEquals: x, value: '{{ token }}'}}\n" \
                "- {name: Echo, action: ExecuteBash, inputs: {commands: ['cat <<\"END\"', '{{ token }}', END]}}\n"
            document = self.document(steps, head=head)
            config = self.write("secret.json", json.dumps({
                "documents": [{"path": str(document)}], "parameters": [{"name": "token", "value": secret, "secret": True}]}))
            for mode in ("--watch", "--trace"):
                logs = self.folder / f"logs-{seed}{mode}"
                inside = self.folder / "inside"
                inside.mkdir(exist_ok=True)
                outcome = self.call("run", "-c", config, "-l", logs, mode, cwd=inside, log_directory=logs)
                seen = outcome.out.decode() + outcome.err
                if seed != 0:
                    self.assertEqual(outcome.json["failedStepCount"], 5)
                    seen += "".join(path.read_text(errors="replace") for path in outcome.folder.iterdir()
                                    if path.name != "document.yaml")
                for text in (seen, urllib.parse.unquote(seen), urllib.parse.unquote_plus(seen)):
                    for at in range(len(secret) - 8):
                        self.assertNotIn(secret[at:at + 8], text)
                for at in range(4, len(encoded) - 12):
                    self.assertNotIn(encoded[at:at + 8], seen)


class Validate(World):
    def validate(self, *arguments):
        outcome = self.call("validate", *arguments)
        self.assertEqual(list(outcome.json), ["validationStatus", "message"])
        self.assertEqual(outcome.code, 0 if outcome.json["validationStatus"] == "success" else 1)
        return outcome

    def test_places_and_suggestions(self):
        document = self.document("- {name: Say, acton: ExecuteBash}\n- {name: Two, action: ExecuteBahs, inputs: {}}\n"
                                 "- {name: Three, action: ExecuteBash, onFailure: continue, inputs: {commands: "
                                 "['{{ colour }} {{ build.Sya.outputs.stdout }}']}}\n"
                                 "- {name: Four, action: ExecuteBash, loop: {for: {start: 1, end: 9, updateBy: -1}}, "
                                 "inputs: {commands: [x]}}\n",
                                 head="parameters: [{color: {type: string}}]\n")
        outcome = self.validate("-d", document)
        name = re.escape(str(document))
        for pattern in (rf"^{name}:6:21: error: .*'acton'.*Did you mean 'action'\?",
                        rf"^{name}:7:\d+: error: .*ExecuteBahs.*Did you mean 'ExecuteBash'\?",
                        rf"^{name}:8:\d+: error: .*Did you mean 'Continue'\?",
                        rf"^{name}:8:\d+: error: .*colour.*Did you mean 'color'\?",
                        rf"^{name}:8:\d+: error: .*Sya.*Did you mean 'Say'\?",
                        rf"^{name}:9:\d+: error: .*never leads from 1 to 9"):
            self.assertRegex(outcome.err.replace("\nError:", " Error:"), re.compile(pattern, re.MULTILINE))

    def test_platforms_and_blocked(self):
        document = self.document("- {name: Psh, action: ExecutePowerShell, inputs: {commands: [x]}}\n")
        self.assertEqual(self.validate("-d", document).code, 1)
        self.assertEqual(self.validate("-d", document, "--os-platforms", "windows").code, 0)
        self.assertEqual(self.validate("-d", document, "--os-platforms", "windows,linux").code, 1)
        bash = self.document([("Say", "x")], name="bash.yml")
        for platform, code in (("linux", 0), ("darwin", 0), ("windows", 1), ("beos", 1)):
            self.assertEqual(self.validate("-d", bash, "--os-platforms", platform).code, code)
        self.assertEqual(self.validate("-d", bash, "--blocked-action-modules", "ExecuteBash").code, 1)
        self.assertEqual(self.validate("-d", f"{bash},{document}").code, 1)

    def test_empty_list_and_trace(self):
        self.assertEqual(self.validate("-d", "").code, 0)
        self.assertEqual(self.validate("-d", self.document([("Say", "x")]), "--trace", "--document-s3-bucket-owner",
                                       "123456789012").json["message"], "Validation successful.")
        self.assertIn("--documents is missing", self.validate().json["message"])

    def test_a_missing_document_hides_no_other(self):
        self.write("bad.yml", "[]\n")
        outcome = self.validate("-d", "nowhere.yml,bad.yml")
        self.assertEqual(outcome.err, "nowhere.yml: error: open nowhere.yml: No such file or directory\n"
                                      "bad.yml:1:1: error: the document must be a map, not a list\n")
        self.assertEqual(outcome.json["message"], "open nowhere.yml: No such file or directory")

    def test_known_texts(self):
        for text, expected in (
                ("phases: []", "Document has 0 phases. Phases list must not be empty."),
                ("phases: [{name: build, steps: [{name: my step, action: Reboot}]}]",
                 "Invalid step name 'my step' in phase 'build'. Allowed characters are combinations of numbers [0-9], "
                 "english letters [a-z,A-Z] and special characters [-_]."),
                ("phases: [{name: build, steps: [{name: Get, action: S3Download, inputs: []}]}]",
                 "Parsing step 'Get' in phase 'build' failed.\nError: Action S3Download has no inputs; it requires an "
                 "'inputs'")):
            path = self.write("d.yml", f"schemaVersion: 1.0\n{text}\n")
            self.assertTrue(self.validate("-d", path).json["message"].startswith(expected))

    def test_cycles_and_chains(self):
        self.document("- {name: Nest, action: ExecuteDocument, inputs: {document: b.yml}}\n", name="a.yml")
        self.document("- {name: Back, action: ExecuteDocument, inputs: {document: ./a.yml}}\n", name="b.yml")
        outcome = self.validate("-d", "a.yml")
        self.assertRegex(outcome.err, r"^b\.yml:5:\d+: error: Parsing step 'Back'")
        self.assertIn("runs itself", outcome.err)
        self.assertEqual(list(self.folder.glob("TOE_*")), [])


class Schema(World):
    @classmethod
    def setUpClass(cls):
        try:
            import jsonschema
        except ImportError:
            raise unittest.SkipTest("python3-jsonschema is not installed")
        schema = json.loads(subprocess.check_output([cls.toe, "schema"]))
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.validator = jsonschema.Draft202012Validator(schema)

    def load(self, text):
        """As editors read YAML: JSON's types, text for the rest."""
        class Loader(yaml.SafeLoader):
            pass
        Loader.yaml_implicit_resolvers = {
            key: [pair for pair in resolvers if not pair[0].endswith(("timestamp", "merge", "value"))]
            for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
        return yaml.load(text.removeprefix("\ufeff"), Loader)

    def test_accepts_what_toe_accepts(self):
        checked = 0
        for path in sorted(GOLDEN.glob("*.yml")):
            outcome = self.call("validate", "-d", path, "--os-platforms", "linux")
            if outcome.code == 0:
                checked += 1
                problems = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in
                            self.validator.iter_errors(self.load(path.read_text(encoding="utf-8")))]
                with self.subTest(path.name):
                    self.assertEqual(problems, [])
        self.assertGreater(checked, 50)

    def test_refuses_mistakes(self):
        good = self.document([("Say", "echo hi")]).read_text()
        self.assertEqual(list(self.validator.iter_errors(self.load(good))), [])
        for wrong, right in (("acton:", "action:"), ("ExecuteBahs", "ExecuteBash"), ("comands:", "commands:"),
                             ("schemaVersion: 2.0", "schemaVersion: 1.0"), ("name: my step", "name: Say"),
                             ("inputs: &x\n", "inputs:\n"), ("  timeoutSeconds: 0\n        action", "  action"),
                             ("  onFailure: continue\n        action", "  action")):
            with self.subTest(wrong):
                text = good.replace(right, wrong, 1)
                if wrong.startswith("inputs"):
                    text = good[:good.index("inputs:")] + "inputs: []\n"
                self.assertNotEqual(text, good)
                self.assertNotEqual(list(self.validator.iter_errors(self.load(text))), [], text)


if __name__ == "__main__":
    main()
