wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = os.getenv("BODY")
local name = os.getenv("CREDENTIAL_HEADER")
if name then wrk.headers[name] = os.getenv("CREDENTIAL") end
