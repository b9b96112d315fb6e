// Which page is which helpdesk, and what may be read there. Pure: no browser, no page.

const FIELDS = ["name", "title", "editor", "composer", "ignore", "send", "customer", "internal", "conversation", "source"];
const HOST = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** Does a pattern such as "*.atlassian.net" or "mail.google.com" name this host? */
export function hostMatches(pattern, host) {
  if (pattern.startsWith("*.")) return host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1;
  return host === pattern;
}

/** The site for an address among `sites`, or null where nothing may be read. The allow-list decides first. */
export function siteFor(address, { sites, hosts }) {
  const { hostname, protocol } = readAddress(address);
  if (!isSafe(hostname, protocol) || !hosts.some((pattern) => hostMatches(pattern, hostname))) return null;
  return sites.find((s) => s.hosts.some((pattern) => hostMatches(pattern, hostname))) ?? sites.find((s) => s.name === "plain") ?? null;
}

function readAddress(address) {
  try {
    return new URL(address);
  } catch {
    return { hostname: "", protocol: "" };
  }
}

function isSafe(host, protocol) {
  return protocol === "https:" || (protocol === "http:" && isLocal(host));
}

export function isLocal(host) {
  return host === "localhost" || host === "127.0.0.1";
}

/** The match pattern of a host, for permissions and content scripts. */
export function patternOf(host) {
  return `${isLocal(host) ? "http" : "https"}://${host}/*`;
}

/** The origin of a server's address, or null when it is none that a token may be sent to. */
export function originOf(server) {
  const { hostname, protocol, origin } = readAddress(server);
  return hostname && isSafe(hostname, protocol) ? origin : null;
}

/** What is wrong with a host pattern, as a name for the texts, or null. */
export function isHost(pattern) {
  return typeof pattern === "string" && HOST.test(pattern) && (pattern.includes(".") || isLocal(pattern)) && pattern !== "*.";
}

/** The sites in JSON text or a list, checked; throws a TypeError whose message names site and field. */
export function readSites(given) {
  const list = typeof given === "string" ? JSON.parse(given) : given;
  if (!Array.isArray(list)) throw new TypeError("[ ]");
  return list.map((site, i) => {
    const name = typeof site?.name === "string" && site.name ? site.name : `#${i + 1}`;
    const hosts = site?.hosts ?? [];
    if (!Array.isArray(hosts) || !hosts.every(isHost)) throw new TypeError(`${name}: hosts`);
    for (const field of FIELDS) {
      if (typeof (site?.[field] ?? "") !== "string") throw new TypeError(`${name}: ${field}`);
    }
    for (const field of ["name", "editor"]) if (!site?.[field]) throw new TypeError(`${name}: ${field}`);
    const unknown = Object.keys(site).find((key) => key !== "hosts" && !FIELDS.includes(key));
    if (unknown) throw new TypeError(`${name}: ${unknown}`);
    return { ...Object.fromEntries(FIELDS.map((field) => [field, ""])), ...site, hosts, title: site.title || name };
  });
}
