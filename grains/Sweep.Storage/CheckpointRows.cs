using Npgsql;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>Frees checkpoints although the database refuses to free some of them.</summary>
internal static class CheckpointRows
{
    /// <summary>
    /// After so many refusals the rest is not tried. Where a privilege is missing, each checkpoint is refused. While they are, the next
    /// call ends at the same ones.
    /// </summary>
    internal const int MostRefused = 100;

    /// <param name="freeAll">Frees all of them in one statement, or none.</param>
    /// <param name="find">The trials that <paramref name="freeAll"/> is for. It is called after a refusal only.</param>
    /// <returns>The trials whose checkpoint the database refuses to free, at most <see cref="MostRefused"/>.</returns>
    public static async Task<IReadOnlyDictionary<TrialId, Exception>> FreeAsync(
        NpgsqlDataSource source, Func<Task<int>> freeAll, Func<Task<IReadOnlyList<TrialId>>> find, CancellationToken cancellation)
    {
        try
        {
            await freeAll();
            return new Dictionary<TrialId, Exception>();
        }
        catch (Exception error) when (RefusedRows.IsRefusal(error))
        {
            var trials = await find();
            return (await RefusedRows.ApartAsync(
                trials,
                trial => trial,
                async part =>
                {
                    await Statement(source, part).ExecuteAsync(cancellation);
                    return part;
                },
                MostRefused)).Refused;
        }
    }

    /// <summary>Deletes the checkpoints of these trials. A trial that was resumed in the meantime keeps its own.</summary>
    public static NpgsqlCommand Statement(NpgsqlDataSource source, IEnumerable<TrialId> trials) => source.Statement(
        """
        delete from checkpoints where trial_id in (select id from trials where id = any($1) and state in ('succeeded', 'stopped'))
        """,
        trials.Select(trial => trial.Value).ToArray());
}
