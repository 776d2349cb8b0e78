// `mailroom relay print` fills these two in. Left empty, the Script Properties of the same names are used.
const RELAY_URL: string = '';
const RELAY_SECRET: string = '';

namespace Relay {
  export const VERSION = '1.0.0';

  export const SCOPES = [
    'https://www.googleapis.com/auth/gmail.modify',
    'https://www.googleapis.com/auth/script.external_request',
    'https://www.googleapis.com/auth/script.scriptapp',
  ];

  export const SECOND = 1000;
  export const MINUTE = 60 * SECOND;
  export const HOUR = 60 * MINUTE;
  export const DAY = 24 * HOUR;

  /** Apps Script ends every run after six minutes, without a word to the script. */
  export const RUN_LIMIT = 6 * MINUTE;
  /** A run begins nothing new after this, so that runs a minute apart rarely overlap. */
  export const RUN_SOFT_LIMIT = 45 * SECOND;
  /** A POST begun later could outlive the run when Apps Script ignores `timeoutSeconds`. */
  export const LAST_POST = 120 * SECOND;
  /** A consumer account has 90 minutes of triggers a day; past this the relay works every fifth minute. */
  export const DEGRADED_AFTER = 75 * MINUTE;
  export const RUN_DEGRADED_LIMIT = 3 * SECOND;
  /** What an idle run is taken to cost, start-up included; idle runs write nothing, so they are estimated. */
  export const IDLE_RUN = 0.8 * SECOND;

  /** Half a minute short of ten, so that the tenth run after the last one sends it. */
  export const HEARTBEAT_EVERY = 9.5 * MINUTE;
  export const LABEL_CHECK_EVERY = HOUR;
  export const SWEEP_EVERY_MINUTES = 5;
  export const SWEEP_AT_MOST = 50;
  export const ALARM_EVERY = 6 * HOUR;

  export const BATCH_COUNT = 20;
  export const BATCH_BYTES = 6 * 1024 * 1024;
  /** Above this a mail goes as headers only: its base64 form would pass the 50 MB of a fetch. */
  export const RAW_LIMIT = 30 * 1024 * 1024;
  /** Bodies above this are signed without making a byte array of them. */
  export const LONG_BODY = 1024 * 1024;

  export const LOST_BEFORE_STUB = 5;
  /** Runs in a row that Gmail ends while it gives one and the same mail. */
  export const STUCK_BEFORE_BLAME = 3;
  export const STUCK_BEFORE_STUB = 5;
  export const KILLED_BEFORE_STUB = 3;
  export const KILLED_BEFORE_FAILED = 6;
  export const REFUSED_BEFORE_STUB = 5;
  export const SUSPECTS_KEPT = 40;
}
