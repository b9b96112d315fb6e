// Plays Outlook for a page of the add-in: `window.__mail` says what stands in the mail and how Outlook answers.

(() => {
  const mail = window.__mail;
  // The script's three seconds are long for our server, and short for a machine that runs other things as well.
  if (!mail.isHasty) {
    const wait = window.setTimeout;
    window.setTimeout = (action, ms, ...more) => wait(action, ms === 3000 ? 60000 : ms, ...more);
    Object.defineProperty(XMLHttpRequest.prototype, "timeout", { set() {} });
  }
  const later = (callback, value, isFine = true) => setTimeout(callback, 0, isFine ? { status: "succeeded", value } : { status: "failed", error: { message: "no" } });
  const give = (read) => ({ getAsync: (...args) => later(args.pop(), read()) });
  const people = (list) => list.map((address) => ({ emailAddress: address, displayName: address }));
  const plain = (html) => {
    const page = new DOMParser().parseFromString(html.replace(/<\/p>|<br\/?>/g, "$&\n"), "text/html");
    return page.body.textContent.replace(/\n/g, "\r\n");
  };
  const settings = new Map(Object.entries(mail.settings ?? {}));
  const item = {
    subject: give(() => mail.subject),
    from: give(() => ({ emailAddress: mail.from, displayName: "Support" })),
    to: give(() => people(mail.to)),
    cc: give(() => []),
    bcc: give(() => []),
    conversationId: mail.conversation,
    inReplyTo: mail.answers,
    getComposeTypeAsync: (callback) => later(callback, { composeType: mail.type }),
    getInitializationContextAsync: (callback) => later(callback, mail.cause ?? ""),
    body: {
      getTypeAsync: (callback) => later(callback, "html"),
      getAsync: (type, callback) => later(callback, type === "html" ? mail.html : plain(mail.html), !mail.isLocked),
      setAsync: (html, options, callback) => {
        if (!mail.isReadOnly) mail.html = html;
        later(callback, undefined, !mail.isReadOnly);
      },
    },
    sessionData: {
      getAsync: (name, callback) => later(callback, mail.session[name]),
      setAsync: (name, value, callback) => {
        mail.session[name] = value;
        later(callback);
      },
    },
  };
  mail.ended = [];
  window.Office = {
    onReady: (ready) => Promise.resolve().then(() => ready?.({ host: "Outlook", platform: "OfficeOnline" })),
    actions: { associate: (name, action) => { mail.send = () => action({ completed: (options) => mail.ended.push(options) }); } },
    context: {
      displayLanguage: mail.language,
      officeTheme: mail.theme,
      mailbox: { item: mail.isReading ? { subject: "Cold soup" } : item },
      requirements: { isSetSupported: () => true },
      roamingSettings: { get: (name) => settings.get(name), set: (name, value) => settings.set(name, value), saveAsync: (callback) => later(callback) },
    },
  };
})();
