import { fileURLToPath } from 'node:url'
import { installPyIceberg, installSigningPyIceberg } from '../../conformance/lib/pyiceberg.ts'
import type { EngineAccess } from '../lib/access.ts'
import { engineProperties } from '../lib/client-properties.ts'
import type { Engine, EngineSettings, Value } from '../lib/engine.ts'
import { startPythonWorker } from '../lib/python-worker.ts'

/** Starts PyIceberg with PyArrow in a Python process. */
export async function startPyIceberg(settings: EngineSettings): Promise<Engine> {
  const { access } = settings
  const install = access.auth.kind === 'access-key' ? installSigningPyIceberg : installPyIceberg
  const python = await install(settings.keeper, settings.say)
  const worker = startPythonWorker(settings.keeper, {
    name: 'pyiceberg',
    python,
    script: fileURLToPath(new URL('main.py', import.meta.url)),
    folder: settings.folder,
    env: isSigned(access) ? { PYICEBERG_MAX_WORKERS: '1' } : {},
  })
  const version = await worker.ask('connect', {
    properties: pyicebergProperties(access, settings.catalogTellsPlace),
  })
  return {
    name: 'pyiceberg',
    version: typeof version === 'string' ? version : '',
    sql: () => Promise.reject(new Error('PyIceberg can run only Python steps, not SQL')),
    call: (name, args) => worker.ask('call', { name, args }),
    stop: () => worker.stop(),
  }
}

/** Returns the catalog properties of PyIceberg. */
export function pyicebergProperties(access: EngineAccess, catalogTellsPlace: boolean): Record<string, Value> {
  return {
    ...engineProperties(access, catalogTellsPlace),
    // Without this setting PyIceberg sends "Bearer None", which is not a valid token.
    ...(access.auth.kind === 'none' ? { auth: { type: 'noop' } } : {}),
    ...signing(access.auth),
    type: 'rest',
    'py-io-impl': fileIo(access),
    // Without a region PyIceberg would send a request to the bucket's public host on AWS. Vended credentials include
    // the region.
    ...(access.storage.kind === 'vended' ? {} : { 's3.region': 'us-east-1' }),
  }
}

/**
 * Returns the properties with which PyIceberg signs its requests to the catalog. Empty for other kinds of
 * authentication.
 */
function signing(auth: EngineAccess['auth']): Record<string, Value> {
  if (auth.kind !== 'access-key') return {}
  return {
    'rest.sigv4-enabled': 'true',
    'rest.signing-region': 'us-east-1',
    'client.access-key-id': auth.accessKeyId,
    'client.secret-access-key': auth.secretAccessKey,
  }
}

// Selects fsspec for remote signing, because the S3 client of PyArrow does not support it and would send unsigned
// requests.
function fileIo(access: EngineAccess): string {
  return isSigned(access) ? 'pyiceberg.io.fsspec.FsspecFileIO' : 'pyiceberg.io.pyarrow.PyArrowFileIO'
}

function isSigned({ storage }: EngineAccess): boolean {
  return storage.kind === 'vended' && storage.ask === 'remote-signing'
}
