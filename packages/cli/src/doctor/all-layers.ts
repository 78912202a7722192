import type { ProviderSource } from '@headgate/auth'
import { clockLayer } from './layers/clock.ts'
import { commitLayer } from './layers/commit.ts'
import { configurationLayer } from './layers/configuration.ts'
import { connectionLayer } from './layers/connection.ts'
import { credentialsLayer } from './layers/credentials.ts'
import { identityLayer } from './layers/identity.ts'
import type { Layer } from './layers/layer.ts'
import { loginLayer } from './layers/login.ts'
import { nameLayer } from './layers/name.ts'
import { protocolLayer } from './layers/protocol.ts'
import { renewalLayer } from './layers/renewal.ts'
import { settingsLayer } from './layers/settings.ts'
import { storageLayer } from './layers/storage.ts'
import { tableLayer } from './layers/table.ts'
import { tlsLayer } from './layers/tls.ts'

/** Returns all layers of `headgate doctor`, in the order in which they are checked. */
export const allLayers = (loginProvider: ProviderSource): readonly Layer[] => [
  settingsLayer,
  nameLayer,
  connectionLayer,
  tlsLayer,
  clockLayer,
  protocolLayer,
  loginLayer(loginProvider),
  identityLayer,
  configurationLayer,
  tableLayer,
  credentialsLayer,
  storageLayer,
  renewalLayer,
  commitLayer,
]
