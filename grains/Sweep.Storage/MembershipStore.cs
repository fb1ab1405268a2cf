using Npgsql;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>The table <c>orleans_versions</c>, which Orleans reads and writes by queries of its own.</summary>
public sealed class MembershipStore(NpgsqlDataSource source)
{
    /// <summary>
    /// Silos take no list of members that is older than the one they know. After a standby took over that lacks the last changes, they would take none until
    /// as many new ones were made: so the version goes up past what they know.
    /// </summary>
    /// <param name="cluster">The cluster's id.</param>
    /// <param name="known">The version that a silo has read before.</param>
    /// <returns>Whether the table was older.</returns>
    public async Task<bool> CatchUpAsync(string cluster, long known, CancellationToken cancellation = default) => await source.Statement(
        "update orleans_versions set version = $2 + 1, changed_at = clock_timestamp() where deployment_id = $1 and version < $2",
        cluster, checked((int)known)).ExecuteAsync(cancellation) == 1;
}
