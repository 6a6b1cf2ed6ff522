/** Passed by every call of a driver that must not be under way when its thread is ended. */
export interface CallGate {
  pass<T>(call: () => Promise<T>): Promise<T>
}
