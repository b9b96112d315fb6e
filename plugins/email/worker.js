// An Email Worker for Cloudflare: posts each mail as it is, signed, to Complaint Gift.
// Set ADDRESS (https://cg.example.com/hooks/mail-main) as a variable and SECRET as a secret of the worker.
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export default {
  async email(message, env) {
    const mail = new Uint8Array(await new Response(message.raw).arrayBuffer());
    const moment = String(Math.floor(Date.now() / 1000));
    const head = new TextEncoder().encode(`${moment}\n${message.from}\n${message.to}\n`);
    const signed = new Uint8Array(head.length + mail.length);
    signed.set(head);
    signed.set(mail, head.length);
    const key = await crypto.subtle.importKey(
      "raw", new TextEncoder().encode(env.SECRET), { name: "HMAC", hash: "SHA-256" }, false, ["sign"],
    );
    const answer = await fetch(env.ADDRESS, {
      method: "POST",
      body: mail,
      headers: {
        "content-type": "message/rfc822",
        "x-email-timestamp": moment,
        "x-email-mail-from": message.from,
        "x-email-rcpt-to": message.to,
        "x-email-signature": hex(await crypto.subtle.sign("HMAC", key, signed)),
      },
    });
    // An exception makes the sending server try again later: no mail is lost while we are away.
    if (!answer.ok) throw new Error(`Complaint Gift answered ${answer.status}`);
  },
};
