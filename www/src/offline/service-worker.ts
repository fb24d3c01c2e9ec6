// Offline after one visit: what the page is made of is kept whole, under the digest of its bytes, and served from there.

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build: the files of the page, and a digest of them all. */
declare const FILES: string[];
declare const DIGEST: string;

// Other pages of the same origin have caches, too.
const NAME = "driftgate-";
const CACHE = NAME + DIGEST;

self.addEventListener("install", (event) => {
  // A page that is open goes on with the files it began with; the next one gets these.
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })))));
});

self.addEventListener("activate", (event) => {
  const old = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith(NAME) && name !== CACHE).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET" || new URL(event.request.url).origin !== self.location.origin) return;
  const kept = caches.open(CACHE).then((cache) => cache.match(event.request, { ignoreSearch: true }));
  event.respondWith(kept.then((response) => response ?? fetch(event.request)));
});

export {};
