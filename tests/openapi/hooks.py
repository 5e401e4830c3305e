"""What a JSON schema cannot say: a bound that another field or the clock sets, and that 1.0 is no integer here."""

import re
import time

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    if isinstance(case.body, dict):
        case.body = token_request(without_fractions(case.body))
    moment = str((case.query or {}).get("expiredTs"))
    if re.fullmatch("[1-9][0-9]{0,9}", moment) and int(moment) <= 4294967295:
        case.query["expiredTs"] = int(time.time()) + 60 + int(moment) % 86000


def token_request(body):
    """Privileges end with their token at the latest, who signs in to RTM has a name, a subscriber publishes nothing."""
    ends = body.get("expireTime")
    if is_integer(ends) and 1 <= ends <= 86400:
        seconds = body.get("privilegeExpireTime")
        if is_integer(seconds) and seconds <= 86400:
            body["privilegeExpireTime"] = min(seconds, ends)
        privileges = body.get("privileges")
        if isinstance(privileges, dict):
            for name, seconds in privileges.items():
                if is_integer(seconds) and seconds <= 86400:
                    privileges[name] = min(seconds, ends)
            if body.get("role") == "subscriber":
                body["role"] = "publisher"
    signs_in = body.get("rtm") is True or (body.get("tokenType") in ("convoai", "stt") and "rtm" not in body)
    uid = body.get("uid")
    if signs_in and (uid == "0" or is_integer(uid) and uid == 0):
        body["uid"] = 1
    if signs_in and isinstance(uid, str) and 64 < len(uid) <= 255:
        body["uid"] = uid[:64]
    return body


def without_fractions(value):
    if isinstance(value, dict):
        return {name: without_fractions(inside) for name, inside in value.items()}
    if isinstance(value, list):
        return [without_fractions(inside) for inside in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)
