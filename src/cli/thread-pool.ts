/**
 * Passwords are hashed on libuv's thread pool, which file and name look-ups need too: it must be larger than the number
 * of hashes at once, and its size is fixed at its first use.
 */
const reserve = 4;
const mostHashes = 8;

export function requireEnoughThreads(): void {
  process.env.UV_THREADPOOL_SIZE ??= String(mostHashes + reserve);
}
