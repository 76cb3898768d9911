// Whoever is signed in at the desk and looks at their own listing is led to where it is changed. The page itself is the
// same for everyone, so that caches may keep it: a mark, which is no secret, says that it is worth asking the desk.

const MARK = "sharefeed_at_desk";
const link = document.querySelector("[data-own]");

async function ask() {
  const answer = await fetch(link.dataset.own, { headers: { Accept: "application/json" }, redirect: "manual" });
  if (!answer.ok) return;
  link.querySelector("a").href = (await answer.json()).path;
  link.hidden = false;
}

if (link && document.cookie.split("; ").includes(`${MARK}=1`)) ask().catch(() => {});
