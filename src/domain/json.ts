/** What can be stored as JSON: `params` of a schedule or run, `output` of a run. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
