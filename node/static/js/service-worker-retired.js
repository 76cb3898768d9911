// The operator has turned off reading without a connection: what was kept goes, and so does this worker itself.

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const retire = async () => {
    const ours = (await caches.keys()).filter((name) => name.startsWith(`sharefeed ${settings.root}/ `));
    await Promise.all(ours.map((name) => caches.delete(name)));
    await self.registration.unregister();
  };
  event.waitUntil(retire());
});
