/** Composable SQL with bound values, the same for both generated clients. */
export { sqltag as sql, join, raw, empty, type Sql } from '@prisma/client/runtime/client'
