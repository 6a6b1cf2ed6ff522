/** What can be stored as JSON: `params` of a schedule or run, `output` of a run. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }

/** Levels of lists and objects that are stored as JSON: MariaDB takes 32, MySQL 100. */
export const MOST_JSON_LEVELS = 30

export function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(item, levels - 1))
}

/** False: a text holds half a surrogate pair, which MariaDB and MySQL refuse in JSON. */
export function isWellFormed(value: JsonValue): boolean {
  if (typeof value === 'string') return !/\p{Cs}/u.test(value)
  if (value === null || typeof value !== 'object') return true
  return Object.entries(value).every(([name, item]) => isWellFormed(name) && isWellFormed(item))
}
