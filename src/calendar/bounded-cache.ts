/** Remembers up to `limit` answers of `create` and forgets the one unused for longest. What it throws is not remembered. */
export function boundedCache<A extends readonly unknown[], T>(
  limit: number,
  keyOf: (...args: A) => string,
  create: (...args: A) => T,
): (...args: A) => T {
  const known = new Map<string, T>()
  return (...args) => {
    const key = keyOf(...args)
    const value = known.has(key) ? (known.get(key) as T) : create(...args)
    known.delete(key)
    known.set(key, value)
    for (const oldest of known.keys()) {
      if (known.size <= limit) break
      known.delete(oldest)
    }
    return value
  }
}
