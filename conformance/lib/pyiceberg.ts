import { cacheFolder } from './paths.ts'
import type { ProcessKeeper } from './process-keeper.ts'
import { pythonVenv } from './python-venv.ts'

/** Installs PyIceberg with PyArrow in a virtual environment. Returns the path of its Python. */
export async function installPyIceberg(keeper: ProcessKeeper, say: (line: string) => void): Promise<string> {
  // PyIceberg needs pyiceberg-core to compute the bucket and truncate transforms, and s3fs for remote signing.
  return pythonVenv(
    keeper,
    cacheFolder('engines', 'pyiceberg'),
    ['pyiceberg[pyarrow,pyiceberg-core,s3fs]==0.12.0'],
    say,
  )
}

/**
 * Installs PyIceberg with the library that signs its requests to the catalog. This is a separate environment, because
 * s3fs and this library need different versions of botocore.
 */
export async function installSigningPyIceberg(
  keeper: ProcessKeeper,
  say: (line: string) => void,
): Promise<string> {
  return pythonVenv(
    keeper,
    cacheFolder('engines', 'pyiceberg-sigv4'),
    ['pyiceberg[pyarrow,pyiceberg-core,rest-sigv4]==0.12.0'],
    say,
  )
}
