import type { Variables } from './env-type.ts'
import { catalog } from './variables/catalog.ts'
import { file } from './variables/file.ts'
import { keys } from './variables/keys.ts'
import { limits } from './variables/limits.ts'
import { logs } from './variables/logs.ts'
import { network } from './variables/network.ts'
import { storageAccess } from './variables/storage-access.ts'
import { store } from './variables/store.ts'

/** Definitions of all environment variables of the server: name, type, default, documentation and command line flag. */
export const variables: Variables = {
  ...file,
  ...network,
  ...store,
  ...keys,
  ...catalog,
  ...storageAccess,
  ...limits,
  ...logs,
}
