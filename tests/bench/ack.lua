-- Posts what a file holds: a moment, the two halves of a body, then "<id><signature>" a line; each once.
local file, head, tail, path, moment

function init(args)
  path = args[1]
  file = assert(io.open(args[2]))
  moment, head, tail = file:read("*l"), file:read("*l"), file:read("*l")
end

function request()
  local id, proof = file:read(36, 44)
  file:read("*l")
  return wrk.format("POST", path, {
    ["content-type"] = "application/json; charset=utf-8",
    ["x-zendesk-account-id"] = "21900417",
    ["x-zendesk-webhook-signature"] = proof,
    ["x-zendesk-webhook-signature-timestamp"] = moment,
  }, head .. id .. tail)
end

function done(summary, latency, requests)
  io.write(string.format(
    "\nTOLD {\"requests\":%d,\"us\":%d,\"p50\":%d,\"p99\":%d,\"errors\":%d}\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write
      + summary.errors.timeout))
end
