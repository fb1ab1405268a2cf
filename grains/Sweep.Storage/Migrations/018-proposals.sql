-- What proposed each trial, and which rule made each judgement.
alter table trials add column proposed_by text;
comment on column trials.proposed_by is
  'What proposed it: a method, such as tpe, or "start of tpe" before that has outcomes to learn from; null in rows of earlier versions.';

alter table judgements add column rule text;
comment on column judgements.rule is 'The rule that decided; null in rows of earlier versions, and where no rule judges.';
