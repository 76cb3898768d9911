// Passkeys (WebAuthn): asks the device, and sends what it says with the form. Without this file a password does.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function optionsFor(form) {
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    body: new URLSearchParams({ csrf_token: form.elements.csrf_token.value }),
    headers: { Accept: "application/json" },
  });
  if (!answer.ok) throw new Error(String(answer.status));
  const { publicKey } = await answer.json();
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    publicKey[list] = (publicKey[list] || []).map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return publicKey;
}

// What the library on the other side reads: every buffer in base64url.
function told(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

async function ask(form) {
  const publicKey = await optionsFor(form);
  const credentials = navigator.credentials;
  const found = await (publicKey.user ? credentials.create({ publicKey }) : credentials.get({ publicKey }));
  form.elements.answer.value = JSON.stringify(told(found));
  form.submit();
}

function listen(form) {
  const trouble = form.querySelector("[data-trouble]");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    trouble.hidden = true;
    ask(form).catch(({ name }) => {
      // The device has one of those that the node has named.
      trouble.textContent = name === "InvalidStateError" ? trouble.dataset.known : trouble.dataset.trouble;
      trouble.hidden = false;
    });
  });
}

if (window.PublicKeyCredential) {
  document.querySelectorAll("form[data-passkey]").forEach(listen);
}
