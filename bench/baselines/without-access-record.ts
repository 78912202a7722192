const accessLog = new URL('../../packages/server/src/credentials/storage-access-log.ts', import.meta.url)
// The benchmark's TypeScript project does not include the types of the server, so this file declares the types that it
// uses.
const { StorageAccessLog } = (await import(accessLog.href)) as {
  readonly StorageAccessLog: { prototype: { issued: unknown } }
}

/**
 * Module that is loaded before a server, and switches off the record of issued storage credentials, because the server
 * has no setting for it.
 */
StorageAccessLog.prototype.issued = (): undefined => undefined
