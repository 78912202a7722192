import { dirname, join } from 'node:path'
import { findJdk } from '../../conformance/lib/jdk.ts'
import { installSpark } from '../install/spark.ts'
import type { Example } from './example.ts'

export const sparkExample: Example = {
  name: 'spark',
  quick: false,
  async prepare({ keeper, say }) {
    const { python, jars } = await installSpark(keeper, say)
    const bin = dirname(python)
    return {
      path: [bin],
      env: { JAVA_HOME: findJdk(17, 21).home, SPARK_LOCAL_IP: '127.0.0.1' },
      programs: { 'spark-sql': sparkSql(join(bin, 'spark-sql'), jars) },
    }
  },
}

/** Returns a script that passes installed jars to Spark in place of `--packages`, which would download them. */
function sparkSql(program: string, jars: readonly string[]): string {
  return `if [ "$1" != --packages ]; then echo "spark-sql: the first option must be --packages" >&2; exit 1; fi
shift 2
exec "${program}" --jars "${jars.join(',')}" --conf spark.ui.enabled=false --conf spark.driver.bindAddress=127.0.0.1 "$@"`
}
