// Asked by the container's health check: exit status 0 when this process is alive. A database that is away is no reason to
// start it anew; /readyz tells of that.
const { HEALTH_PORT, PORT = '3000' } = process.env;
const response = await fetch(`http://127.0.0.1:${HEALTH_PORT || PORT}/healthz`).catch(() => null);
process.exitCode = response?.ok === true ? 0 : 1;
