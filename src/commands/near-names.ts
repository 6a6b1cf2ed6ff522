import { nearest } from '../config/nearest.js'

const MOST_NAMES = 5

/** Those of `names` that somebody who typed `name` may have meant: mistyped ones, nearest first, then unfinished ones. */
export function nearNames(name: string, names: readonly string[]): string[] {
  const left = new Set(names)
  const near: string[] = []
  for (let best = nearest(name, left); best !== null && near.length < MOST_NAMES; best = nearest(name, left)) {
    near.push(best)
    left.delete(best)
  }
  const unfinished = [...left].filter((candidate) => candidate.toLowerCase().startsWith(name.toLowerCase())).sort()
  return [...near, ...unfinished].slice(0, MOST_NAMES)
}

/** "did you mean 'a' or 'b'?", or the first names there are when none is near. */
export function suggestNames(name: string, names: readonly string[], what: string): string {
  const near = nearNames(name, names)
  if (near.length > 0) return `did you mean ${quoted(near, 'or')}?`
  if (names.length === 0) return `there are no ${what} yet`
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ''
  return `${what} are ${quoted(names.slice(0, MOST_NAMES), more === '' ? 'and' : null)}${more}`
}

export function quoted(names: readonly string[], joint: 'and' | 'or' | null): string {
  const all = names.map((name) => `'${name}'`)
  const last = all.at(-1) ?? ''
  return joint === null || all.length < 2 ? all.join(', ') : `${all.slice(0, -1).join(', ')} ${joint} ${last}`
}
