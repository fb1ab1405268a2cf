using Npgsql;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>Reads what proposals are made from, and adds them to the table <c>trials</c>.</summary>
public sealed class ProposalStore(NpgsqlDataSource source) : IProposalStore
{
    public Task<IReadOnlyList<OutcomeRow>> OutcomesAsync(int id, int known, CancellationToken cancellation = default) => source.Statement(
        $"""
        select number, case when number > $3 then params::text end, state, attempt, best_score, {StoredParameters.AreOfProgram}
        from trials t where id between $1 and $2 order by id
        """,
        First(id), Last(id), known).RowsAsync(
            row => new OutcomeRow(
                row.GetInt32(0), row.MaybeText(1) is { } json ? StoredParameters.Read(json, row.GetBoolean(5)) : null,
                StoredName.Parse<TrialState>(row.GetString(2)), row.GetInt32(3), row.Maybe<double>(4)),
            cancellation);

    public async Task<StoredProposals> ProposeAsync(int id, TrialProposals proposals, CancellationToken cancellation = default)
    {
        var (stored, count) = (0, proposals.Trials.Count);
        while (stored < proposals.Trials.Count)
        {
            var part = proposals.Part(stored, count);
            try
            {
                if (!await StoreAsync(id, part, cancellation))
                    break;
                stored += part.Trials.Count;
                count = proposals.Trials.Count - stored;
            }
            catch (Exception error) when (RefusedRows.IsRefusal(error))
            {
                // The replicates of a point are proposed together, and those of half a point would be proposed as those of the next one.
                var ofPoint = await TrialsPerPointAsync(id, cancellation);
                if (count > ofPoint)
                {
                    count = Math.Max(ofPoint, count / ofPoint / 2 * ofPoint);
                    continue;
                }

                await TellAsync(id, $"trial {part.First} cannot be stored: {error.GetBaseException().Message}", cancellation);
                return new(stored, new TrialId(id, part.First), error);
            }
        }

        return new(stored);
    }

    private async Task<bool> StoreAsync(int id, TrialProposals proposals, CancellationToken cancellation)
    {
        await using var connection = await source.ConnectAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Whoever proposes trials or tries one again holds this lock, so what is compared below stays true until all is stored.
        if (await SweepStore.LockAsync(connection, id, cancellation) is not { State: SweepState.Running, EndedBy: null })
            return false;
        var isNext = await connection.Statement(
            """
            select coalesce(max(id), $1) = $1 + $3 - 1
              and coalesce(sum(attempt) filter (where number <= $4 and number <> all($6)), 0) = $5
              and coalesce(bool_and(state not in ('queued', 'running')) filter (where number <= $4 and number <> all($6)), true)
            from trials where id between $1 and $2
            """,
            First(id), Last(id), proposals.First, proposals.MadeFrom, proposals.Attempts, (proposals.Unfinished ?? []).ToArray())
            .ValueAsync<bool>(cancellation);
        if (!isNext)
            return false;
        await SweepStore.AddTrialsAsync(connection, id, proposals.First, proposals.Trials, proposals.By, cancellation);
        await connection.Statement(
            "update sweeps set proposed_from = greatest(proposed_from, $2), proposal_refused = null where id = $1",
            id, proposals.From is [.., var last] ? last : proposals.MadeFrom).ExecuteAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private async Task<int> TrialsPerPointAsync(int id, CancellationToken cancellation) =>
        await new SweepStore(source).LoadAsync(id, cancellation) is { } sweep ? sweep.Spec.TrialsPerPoint : 1;

    /// <summary>Writes a refusal into the sweep's row, for those who look at the sweep.</summary>
    private async Task TellAsync(int id, string refusal, CancellationToken cancellation)
    {
        try
        {
            await source.Statement(
                """
                update sweeps set proposal_refused = $2
                where id = $1 and state in ('running', 'paused') and ended_by is null and proposal_refused is distinct from $2
                """,
                id, StorableText.Of(refusal)).ExecuteAsync(cancellation);
        }
        catch (Exception error) when (RefusedRows.IsRefusal(error))
        {
            // The caller has the refusal that matters.
        }
    }

    private static long First(int sweep) => new TrialId(sweep, 0).Value;

    private static long Last(int sweep) => new TrialId(sweep, TrialId.MaxNumber).Value;
}
