import { cacheFolder } from './paths.ts'
import type { ProcessKeeper } from './process-keeper.ts'
import { pythonVenv } from './python-venv.ts'

/** Installs PyIceberg with PyArrow in a Python virtual environment. Returns the path of its interpreter. */
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
 * Installs PyIceberg with the library that signs its catalog requests, in a separate virtual environment, because this
 * library and s3fs need different versions of botocore. Returns the path of its interpreter.
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
