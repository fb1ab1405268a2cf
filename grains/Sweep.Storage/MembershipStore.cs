using Npgsql;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>The table <c>orleans_versions</c>, which Orleans itself reads and writes by its own queries.</summary>
public sealed class MembershipStore(NpgsqlDataSource source)
{
    /// <summary>
    /// Raises the version of the list of members above the version that a silo has read. A silo ignores a list that is older than the one
    /// that it has read. When a standby took over that lacks the last changes, silos would ignore its list until it had as many new
    /// changes.
    /// </summary>
    /// <param name="cluster">The cluster's id.</param>
    /// <param name="known">The version that a silo has read before.</param>
    /// <returns>Whether the version of the table was lower.</returns>
    public async Task<bool> CatchUpAsync(string cluster, long known, CancellationToken cancellation = default) => await source.Statement(
        "update orleans_versions set version = $2 + 1, changed_at = clock_timestamp() where deployment_id = $1 and version < $2",
        cluster, checked((int)known)).ExecuteAsync(cancellation) == 1;
}
