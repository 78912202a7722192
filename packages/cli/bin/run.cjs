'use strict'

require('node:module').enableCompileCache()
void import('../dist/main.js')
