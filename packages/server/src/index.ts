export { ConfigError } from './config/config-error.ts'
export type { Bootstrap } from './identity/bootstrap.ts'
export { bootstrapStore } from './start/bootstrap-store.ts'
export { runServer } from './start/run-server.ts'
