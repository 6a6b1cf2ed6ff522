/** What a module exports by default; compilers that make CommonJS put it into a `default` of their own. */
export function defaultExport(module: unknown): unknown {
  const exported = propertyOf(module, 'default')
  return propertyOf(exported, '__esModule') === true ? propertyOf(exported, 'default') : exported
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}
