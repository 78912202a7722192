const accessLog = new URL('../../packages/server/src/credentials/storage-access-log.ts', import.meta.url)
// The benchmark's TypeScript project does not include the types of the server, so this file declares the types that it
// uses.
const { StorageAccessLog } = (await import(accessLog.href)) as {
  readonly StorageAccessLog: { prototype: { issued: unknown } }
}

/**
 * Overrides a method of the server to disable the record of issued storage credentials, because no setting
 * disables it. This module is loaded before the server.
 */
StorageAccessLog.prototype.issued = (): undefined => undefined
