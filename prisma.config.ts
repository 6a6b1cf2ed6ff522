import { defineConfig } from 'prisma/config'

// Read by Prisma's own commands (migrate, studio); DATABASE_URL is needed only by those that connect.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
})
