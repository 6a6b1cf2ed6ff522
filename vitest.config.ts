import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    // Configs under test import the package by its name, and mean the sources.
    alias: [
      { find: /^run-due-schedules$/, replacement: at('src/index.ts') },
      { find: /^run-due-schedules\/(client|calendar|testing)$/, replacement: at('src/$1.ts') },
    ],
  },
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // For what hangs: tests start processes and servers, which a busy machine makes wait.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { requireAssertions: true, poll: { timeout: 60_000 } },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/queries/generated/**'],
      reporter: ['text-summary', 'html'],
      thresholds: { lines: 90, functions: 90, branches: 85, statements: 90 },
    },
  },
})
