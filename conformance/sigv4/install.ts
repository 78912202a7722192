import { cacheFolder } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { pythonVenv } from '../lib/python-venv.ts'

/** A Python with moto, which brings the botocore that it verifies with. */
export const installBotocore = (keeper: ProcessKeeper, say: (line: string) => void): Promise<string> =>
  pythonVenv(keeper, cacheFolder('engines', 'botocore'), ['moto[server]==5.2.5'], say)
