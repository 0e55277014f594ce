#!/usr/bin/env python3
"""Writes src/http/testdata/sigv4_vectors.json: requests signed by botocore, which our verifier must accept and
our signer must reproduce. Run it by hand after changing CASES; the test suite only reads the file.

usage: make_sigv4_vectors.py > src/http/testdata/sigv4_vectors.json
"""

import datetime
import json
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 1, 31, 12, 34, 56, tzinfo=datetime.timezone.utc)
KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "FwoGZXIvYXdzEXAMPLE//token+with/special==characters"
HOST = "http://127.0.0.1:8080"
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
JSON = {"Content-Type": "application/json"}
ARN = "arn%3Aaws%3Aimagebuilder%3Aus-east-1%3A123456789012%3Acomponent%2Fweb%2F1.0.0%2F1"

# name, service, method, target, headers, body, and optionally: signer, token
CASES = [
    ("empty_get", "imagebuilder", "GET", "/", {}, ""),
    ("rest_json_post", "imagebuilder", "POST", "/ListImages", JSON, '{"owner":"Self"}'),
    ("rest_json_put_without_body", "imagebuilder", "PUT", "/CreateImage", JSON, ""),
    ("percent_encoded_arn", "imagebuilder", "GET", "/tags/" + ARN, {}, ""),
    ("percent_encoded_arn_and_query", "imagebuilder", "DELETE",
     "/tags/" + ARN + "?tagKeys=b%20c&tagKeys=a&tagKeys=%C3%A9", {}, ""),
    ("dots_and_double_slashes", "imagebuilder", "GET", "/a/./b/../c//d/", {}, ""),
    ("dots_above_the_root", "imagebuilder", "GET", "/../../a", {}, ""),
    ("unicode_path", "imagebuilder", "GET", "/%E2%98%83/x%20y", {}, ""),
    ("reserved_characters_in_path", "imagebuilder", "GET", "/a~b-c_d.e%2Cf%3Bg%21", {}, ""),
    ("query_is_sorted", "imagebuilder", "GET", "/GetImage?b=2&a=3&a=1&A=0&aa=&c", {}, ""),
    ("query_with_reserved_characters", "imagebuilder", "GET", "/x?k=%2F%3D%26%2B%20~-_.%2A", {}, ""),
    ("headers_are_trimmed_and_folded", "imagebuilder", "GET", "/",
     {"X-Custom": "  a   b  c ", "X-Empty": "", "My-Header": "value"}, ""),
    ("json_11", "logs", "POST", "/",
     {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Logs_20140328.GetLogEvents"},
     '{"logGroupName":"/aws/imagebuilder/web","logStreamName":"1.0.0/1"}'),
    ("query_form", "sts", "POST", "/", FORM, "Action=GetCallerIdentity&Version=2011-06-15"),
    ("ec2_form", "ec2", "POST", "/", FORM,
     "Action=DescribeImages&Version=2016-11-15&Owner.1=self&Filter.1.Name=name&Filter.1.Value.1=web-%2A"),
    ("unicode_body", "imagebuilder", "PUT", "/CreateComponent", JSON, '{"name":"Gr\u00fc\u00dfe \u2603"}'),
    ("session_token", "imagebuilder", "POST", "/ListImages", JSON, "{}", "SigV4Auth", TOKEN),
    ("s3_hash", "s3", "PUT", "/bucket/a/../b//c%20d%2Be", {}, "content", "S3SigV4Auth"),
    ("presigned", "sts", "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", {}, "", "SigV4QueryAuth"),
    ("presigned_with_token", "sts", "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", {}, "",
     "SigV4QueryAuth", TOKEN),
    ("presigned_s3", "s3", "GET", "/bucket/key%20with%20space?versionId=1", {}, "", "S3SigV4QueryAuth"),
]


def vector(name, service, method, target, headers, body, signer="SigV4Auth", token=None):
    request = AWSRequest(method=method, url=HOST + target, headers=dict(headers), data=body.encode())
    options = {"expires": 900} if "Query" in signer else {}
    auth = getattr(botocore.auth, signer)(Credentials(KEY, SECRET, token), service, "us-east-1", **options)
    auth.add_auth(request)
    sent = {k: v for k, v in request.headers.items()}
    sent.setdefault("Host", "127.0.0.1:8080")
    return {
        "name": name, "service": service, "region": "us-east-1", "method": method,
        "target": request.url[len(HOST):], "headers": sent, "body": body, "token": token,
        "presigned": "Query" in signer, "unsigned_target": target, "unsigned_headers": headers,
    }


def main():
    botocore.auth.get_current_datetime = lambda *args, **kw: NOW.replace(tzinfo=None)
    json.dump({"key": KEY, "secret": SECRET, "now": "2026-01-31T12:34:56Z",
               "vectors": [vector(*case) for case in CASES]}, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
