/** JSON Schema 2020-12, as OpenAPI 3.1 uses it. */
export type JsonSchema = Record<string, unknown>

export const TEXT = { type: 'string' }
export const WHOLE = { type: 'integer' }
export const FLAG = { type: 'boolean' }
export const INSTANT = { type: 'string', format: 'date-time' }
export const ANYTHING = {}

/** An object with exactly these properties; those of `optional` may be absent. */
export function object(properties: Record<string, JsonSchema>, optional: readonly string[] = []): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required, additionalProperties: false }
}

export function orNull(schema: JsonSchema): JsonSchema {
  return typeof schema['type'] === 'string' && schema['enum'] === undefined
    ? { ...schema, type: [schema['type'], 'null'] }
    : { anyOf: [schema, { type: 'null' }] }
}

export function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items }
}

export function words(...values: string[]): JsonSchema {
  return { type: 'string', enum: values }
}

export function reference(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` }
}
