/** Whatever the server's defaults and `init_connect` say: without it nothing that is written outside a transaction lasts. */
export const AUTOCOMMIT = 'SET SESSION autocommit = 1'

/** Servers may be set up to ignore what clients say of their character set. */
export const NAMES = 'SET NAMES utf8mb4'

/**
 * Sent before the first statement that is not a glance. The isolation level spares gap locks; sql_mode makes quoting and
 * truncation the same everywhere.
 */
export const SESSION_SETTINGS =
  `${AUTOCOMMIT}; ${NAMES}; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; ` +
  "SET SESSION innodb_lock_wait_timeout = 5, time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'"
