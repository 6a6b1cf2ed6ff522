/** Says what is not tested for want of a program; an error in CI, which has to test everything. */
export function missing(what: string, why: string): false {
  if (process.env['CI']) throw new Error(`tests need ${what}: ${why}`)
  process.stderr.write(`tests skip ${what}: ${why}\n`)
  return false
}
