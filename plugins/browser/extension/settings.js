// What the extension may do: a person's own settings, and above them what the administrator has laid down.

import { isHost, originOf, readSites } from "./sites.js";

export const EMPTY = { server: "", token: "", hosts: [], sites: [], language: "" };

/** Settings with the shipped sites: {server (origin or ""), token, hosts, sites, language, locked: [key]}. */
export async function loadSettings() {
  const [own, managed, shipped] = await Promise.all([chrome.storage.local.get(EMPTY), loadManaged(), loadShipped()]);
  return mergeSettings(own, managed, shipped);
}

async function loadManaged() {
  try {
    return await chrome.storage.managed.get(Object.keys(EMPTY));
  } catch {
    return {}; // Firefox without a policy has no managed storage at all
  }
}

let shippedSites = null;
async function loadShipped() {
  shippedSites ??= await (await fetch(chrome.runtime.getURL("sites.json"))).json();
  return shippedSites;
}

/** Pure: the administrator's word counts key by key; own sites come before the shipped ones. */
export function mergeSettings(own, managed, shipped) {
  const locked = Object.keys(EMPTY).filter((key) => managed[key] !== undefined);
  const chosen = { ...EMPTY, ...own, ...managed };
  return {
    server: originOf(chosen.server) ?? "",
    token: String(chosen.token ?? ""),
    hosts: (chosen.hosts ?? []).filter(isHost),
    sites: [...readable(managed.sites), ...readable(own.sites), ...shipped],
    language: chosen.language,
    locked,
  };
}

// One broken site must not take the others along; the options page says what is wrong with it.
function readable(sites) {
  return (sites ?? []).flatMap((site) => {
    try {
      return readSites([site]);
    } catch {
      return [];
    }
  });
}
