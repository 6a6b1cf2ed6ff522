import fc from 'fast-check'

/** Zones with shifts of every sort: none, one hour, half an hour, two hours, at midnight, below the equator. */
export const zones = fc.constantFrom(
  'UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Chatham', 'Antarctica/Troll', 'Asia/Beirut',
  'Africa/Cairo', 'America/Havana', 'Asia/Kolkata', 'America/Nuuk', 'Pacific/Apia', 'Africa/Casablanca', 'America/Santiago',
) // prettier-ignore

export const instants = fc.date({ min: new Date('2010-01-01'), max: new Date('2036-01-01'), noInvalidDate: true })

/** Expressions of the whole dialect that do run (30 February is drawn too, and left out). */
export const cronExpressions = fc
  .tuple(
    field(0, 59, []),
    field(0, 23, []),
    field(1, 28, ['L', '29', '31']),
    field(1, 12, ['jan', 'Jul', 'DEC', 'feb-apr']),
    field(0, 7, ['sun', 'MON-fri', 'sat-sun', '5L', '1#1', '6#5']),
  )
  .filter(([, , day, , weekday]) => !(/^[*?]/.test(weekday) && /^(29|31|29,31|31,29)$/.test(day)))
  .filter(([, , day, , weekday]) => !(day.startsWith('*') && /[#L]/.test(weekday)))
  .filter(([, , , , weekday]) => !weekday.includes('#') || !weekday.includes(','))
  .map((fields) => fields.join(' '))

function field(min: number, max: number, extras: readonly string[]): fc.Arbitrary<string> {
  const value = fc.integer({ min, max })
  const step = fc.integer({ min: 1, max: Math.min(max, 20) })
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`)
  const item = fc.oneof(
    { weight: 4, arbitrary: value.map(String) },
    { weight: 2, arbitrary: range },
    { weight: 1, arbitrary: fc.tuple(range, step).map(([text, by]) => `${text}/${by}`) },
    { weight: 1, arbitrary: fc.tuple(value, step).map(([from, by]) => `${from}/${by}`) },
    ...(extras.length === 0 ? [] : [{ weight: 2, arbitrary: fc.constantFrom(...extras) }]),
  )
  const list = fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','))
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 1, arbitrary: step.map((by) => `*/${by}`) },
    { weight: 4, arbitrary: list },
  )
}
