-- Files outside the database: with a bucket (S3_BUCKET), originals and attachments over a size lie there, each under its
-- SHA-256, and their rows name that in `file_hash` instead of holding the bytes.

create table bucket_files (
  hash bytea primary key constraint bucket_files_hash_sha256 check (octet_length(hash) = 32),
  size bigint not null,
  -- Null until it has been written once; then the bucket has it for as long as this row stands.
  written_at timestamptz,
  -- When somebody last set about naming it: until some time later it is not deleted.
  touched_at timestamptz not null,
  -- No row names it yet, or one has stopped: it is looked at, and deleted when none does.
  in_doubt boolean not null default true
);
create index bucket_files_in_doubt on bucket_files (touched_at) where in_doubt;

-- Where files go, of every process; a row only once somebody has said so by `files move`. Without one: to the bucket.
create table files_place (
  single boolean primary key default true constraint files_place_one_row check (single),
  place text not null constraint files_place_known check (place in ('bucket', 'database')),
  at timestamptz not null
);

alter table intake add constraint intake_file_hash_fkey foreign key (file_hash) references bucket_files on delete restrict;
alter table attachments add constraint attachments_file_hash_fkey foreign key (file_hash) references bucket_files on delete restrict;
alter table draft_files add constraint draft_files_file_hash_fkey foreign key (file_hash) references bucket_files on delete restrict;
create index intake_file_hash on intake (file_hash) where file_hash is not null;
create index attachments_file_hash on attachments (file_hash) where file_hash is not null;
create index draft_files_file_hash on draft_files (file_hash) where file_hash is not null;

-- What may go to the bucket: a smaller file is never worth a call of its own. By size: most are too small for a usual bucket, and
-- are passed over every few seconds.
create index intake_large on intake (octet_length(raw), id) where octet_length(raw) >= 16384;
create index attachments_large on attachments (octet_length(content), id) where octet_length(content) >= 16384;

-- Whatever deletes or changes a row, by whatever statement: the file that it named is looked at afterwards.
create function doubt_file() returns trigger language plpgsql as $$
begin
  update bucket_files set in_doubt = true where hash = old.file_hash;
  return null;
end
$$;
create trigger intake_file_left after delete or update of file_hash on intake
  for each row when (old.file_hash is not null) execute function doubt_file();
create trigger attachments_file_left after delete or update of file_hash on attachments
  for each row when (old.file_hash is not null) execute function doubt_file();
create trigger draft_files_file_left after delete or update of file_hash on draft_files
  for each row when (old.file_hash is not null) execute function doubt_file();

-- Up to which id the virus scanner has looked at the files that came in; what waits behind has a state of its own.
create table scan_marks (
  what text primary key constraint scan_marks_what_known check (what in ('original', 'attachment')),
  scanned_to bigint not null
);

-- A service outside that does not do what it is there for, from the first look that found it so until one finds it well.
create table service_troubles (
  service text primary key constraint service_troubles_service_known check (service in ('bucket', 'scanner')),
  since timestamptz not null,
  -- When the admins were told; null: it may yet pass by itself.
  told_at timestamptz
);
