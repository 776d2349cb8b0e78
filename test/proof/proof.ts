/** What came out, in order: a line each in docs/proofs.md. */
export type Figures = Readonly<Record<string, string | number>>;

/** One promise of the desk, proven by breaking something. */
export type Proof = {
  /** Its name on the command line. */
  readonly name: string;
  /** What it shows, as a heading. */
  readonly title: string;
  /** Breaks something and looks at what is left. Throws when the promise does not hold. */
  readonly run: (place: ProofPlace) => Promise<Figures>;
};

export type ProofPlace = {
  /** A database of the proof's own on a PostgreSQL of its own, durable and migrated, as the application's role. */
  readonly url: string;
  /** The same server's superuser: for cutting connections. */
  readonly adminUrl: string;
  /** Its data folder, which goes afterwards. */
  readonly dataDir: string;
  /** Says how far the proof is, on one line that the next call overwrites. */
  readonly progress: (text: string) => void;
};

/** Throws with what was expected, unless it holds. */
export function ensure(holds: boolean, expectation: string): void {
  if (!holds) throw new Error(`this does not hold: ${expectation}`);
}
