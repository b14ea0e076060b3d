const { createHash, createHmac } = require("node:crypto");

const key = @KEY@;
const secret = process.env.KEYDESK_API_SECRET;
if (!secret) throw new Error("KEYDESK_API_SECRET is not set");
const site = @ORIGIN@;
const method = "POST", target = @TARGET@;
const body = JSON.stringify({
  messages: [{ content: "Hi", destination_number: "+61491570156" }],
});

const date = new Date().toUTCString();
const md5 = createHash("md5").update(body).digest("hex");
const line = `${method} ${target} HTTP/1.1`;
const signed = `Date: ${date}\nContent-MD5: ${md5}\n${line}`;
const hmac = createHmac("@HASH@", secret).update(signed).digest("base64");
fetch(site + target, { method, body, headers: {
  Date: date,
  "Content-MD5": md5,
  "Content-Type": "application/json",
  Authorization: `hmac username="${key}", algorithm="@ALGORITHM@", ` +
    `headers="Date Content-MD5 request-line", signature="${hmac}"`,
} }).then(async (reply) => console.log(reply.status, await reply.text()));
