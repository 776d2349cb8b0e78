type Repair = { readonly from: string; readonly to: string };

/**
 * What postgres.js 3.4.9 does wrong when a connection is lost or full (its issues 823, 1066, 1154, 1186 and 1208), a value
 * cannot be written or a plan is out of date, by module. Each text
 * stands there exactly once: another version of the driver does not load until somebody has looked at these again.
 */
const REPAIRS: Readonly<Record<string, readonly Repair[]>> = {
  'src/connection.js': [
    {
      // A query on a lost connection was written to a socket that is null, on a later turn, where nobody catches it: node ended.
      from: 'const x = socket.write(chunk, fn)',
      to: `if (socket === null) {
      nextWriteTimer !== null && clearImmediate(nextWriteTimer)
      chunk = nextWriteTimer = null
      error(Errors.connection('CONNECTION_CLOSED', options))
      query = null
      return false
    }
    const x = socket.write(chunk, fn)`,
    },
    {
      // What was to be written, and how far an answer had come, stayed for the next connection: it sent the rest of another
      // query before its own greeting and stood still, or gave one query the rows of another. Only what could still be
      // connecting elsewhere is tried again; a server that hangs up on its greeting would otherwise be called without end.
      from: `    socket = null

    if (initial)
      return reconnect()

    !hadError && (query || sent.length) && error(`,
      to: `    socket = null
    chunk = nextWriteTimer = null

    if (initial && (hadError || options.host[1])) {
      forget()
      return reconnect()
    }

    ;(query || initial || sent.length) && error(`,
    },
    {
      from: `    closedTime = performance.now()
    hadError &&`,
      to: `    forget()
    closedTime = performance.now()
    hadError &&`,
    },
    {
      // A value that cannot be written failed the statement before it, and the statement itself, never sent, stood in the row
      // for answers: it and every one after it got the answer of the next.
      from: `      query
        ? sent.push(q)
        : (query = q, query.active = true)

      build(q)
      return write(toBuffer(q))
`,
      to: `      build(q)
      const bytes = toBuffer(q)
      query
        ? sent.push(q)
        : (query = q, query.active = true)

      const room = write(bytes)
      if (q.options.onexecute) {
        q.options.onexecute(connection)
        return false
      }
      return room
`,
    },
    {
      // A begin that was the hundredth statement under way on a connection did not get it to itself. The transaction failed, and
      // PostgreSQL's stayed open: what others wrote on the connection was told as done, and lost with it.
      from: `
        && sent.length < max_pipeline
        && (!q.options.onexecute || q.options.onexecute(connection))`,
      to: `
        && sent.length < max_pipeline`,
    },
    {
      from: `      sent.length === 0 && write(Sync)
      errored(error)
      return true`,
      to: `      queryError(q, error)
      query || (query = q, query.active = true, write(Sync))
      return true`,
    },
    {
      // A statement whose kept plan was out of date was tried again after whatever had been sent meanwhile: one of a transaction
      // that had failed by it ran after the rollback, alone.
      from: '? retry(query, errorResponse)',
      to: `? sent.length === 0 && x[5] === 73
              ? retry(query, errorResponse)
              : (delete statements[query.signature], errored(errorResponse))`,
    },
    {
      // What is asked in one turn goes in one write: a system call each for statements that wait for one answer cost a
      // message more time than all else that the server does with it.
      from: 'chunk.length >= 1024',
      to: 'chunk.length >= 65536',
    },
    {
      // Lost while it was being opened, a connection failed the query that waited for it, and once more where nobody catches it.
      from: 'return fetchArrayTypes()',
      to: 'return fetchArrayTypes().catch(() => {})',
    },
    {
      from: '  async function closed(hadError) {',
      to: `  function forget() {
    query = errorResponse = results = final = null
    result = new Result()
    rows = 0
  }

  async function closed(hadError) {`,
    },
  ],
  'src/queue.js': [
    {
      from: '    push: (x)',
      to: `    unshift: (x) => (xs.splice(index, 0, x), x),
    push: (x)`,
    },
  ],
  'src/index.js': [
    {
      // Uses the most recently used idle connection first: in turns, each of ten connections would plan the same statements again.
      from: '    queue.push(c)\n',
      to: '    queue === open ? queue.unshift(c) : queue.push(c)\n',
    },
    {
      // A transaction whose connection is lost went on writing to it: into the void, or, once another had it, into theirs.
      from: `    let savepoints = 0
      , connection
      , prepare = null
`,
      to: `    let savepoints = 0
      , connection
      , prepare = null
      , lost = null
`,
    },
    {
      from: 'new Promise((_, reject) => connection.onclose = reject)',
      to: `new Promise((_, reject) => connection.onclose = e => {
          lost = e
          while (queries.length)
            queries.shift().reject(e)
          reject(e)
        })`,
    },
    {
      from: '        q.catch(e => uncaughtError || (uncaughtError = e))\n',
      to: `        q.catch(e => uncaughtError || (uncaughtError = e))
        if (lost)
          return q.reject(lost)
`,
    },
    {
      // A reserved connection that is lost was given back as an open one, and the next query on it never ended.
      from: '    c.reserved.release = true\n',
      to: `    c.reserved.release = true
    let lost = null
    c.onclose = e => {
      lost = e
      while (queue.length)
        queue.shift().reject(e)
    }
`,
    },
    {
      from: `    sql.release = () => {
      c.reserved = null`,
      to: `    sql.release = () => {
      if (lost)
        return
      c.reserved = null`,
    },
    {
      from: `    function handler(q) {
      c.queue === full
        ? queue.push(q)`,
      to: `    function handler(q) {
      if (lost)
        return q.reject(lost)
      c.queue === full
        ? queue.push(q)`,
    },
  ],
};

/** A module of the driver with its repairs applied. Throws when a text to repair does not occur exactly once. */
export function repaired(url: string, source: string): string {
  const module = Object.keys(REPAIRS).find((path) => url.endsWith(`/postgres/${path}`));
  return (module === undefined ? [] : (REPAIRS[module] ?? [])).reduce((text, { from, to }) => {
    if (text.split(from).length !== 2) {
      throw new Error(
        `${module} of postgres.js is not what the repairs are for; see src/platform/db/driver/repairs.ts.`,
      );
    }
    return text.replace(from, () => to);
  }, source);
}
