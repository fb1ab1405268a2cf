using System.Text.Json.Serialization;

namespace Sweep.Client.Local;

/// <summary>Why a process owns the folder of a private cluster.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClusterPurpose>))]
internal enum ClusterPurpose
{
    /// <summary>A command that ends soon: a query, a cancellation.</summary>
    Command,

    /// <summary>A sweep that a command shows until it stops.</summary>
    Run,

    /// <summary>A cluster that <c>sweep up</c> keeps in the background until <c>sweep down</c>.</summary>
    Up,
}

/// <summary>The contents of <c>cluster.json</c>: the process that owns a private cluster, and how far its start is.</summary>
/// <param name="DatabaseReady">Whether other processes may connect to the database.</param>
/// <param name="SiloProcessId">The process of the silo; null as long as there is no silo that takes work.</param>
internal sealed record ClusterOwner(int ProcessId, ClusterPurpose Purpose, string ConnectionString, bool DatabaseReady, int? SiloProcessId)
{
    /// <summary>Whether the process that wrote this still runs.</summary>
    [JsonIgnore]
    public bool IsAlive => Directory.Exists($"/proc/{ProcessId}");
}

/// <summary>What to do about a private cluster that another process owns.</summary>
internal enum JoinDecision { Join, Wait, Refuse }

internal static class JoinRule
{
    /// <param name="owner">The owner; null when it has not written its file yet.</param>
    public static JoinDecision Decide(ClusterOwner? owner, ClusterPurpose wanted) => owner switch
    {
        null or { IsAlive: false } => JoinDecision.Wait,
        { Purpose: ClusterPurpose.Command } => JoinDecision.Wait,
        // The cluster ends with the other run, and would interrupt a sweep that joined it.
        { Purpose: ClusterPurpose.Run } when wanted is not ClusterPurpose.Command => JoinDecision.Refuse,
        { Purpose: ClusterPurpose.Up } when wanted is ClusterPurpose.Up => JoinDecision.Refuse,
        { DatabaseReady: false } => JoinDecision.Wait,
        _ => JoinDecision.Join,
    };
}

[JsonSerializable(typeof(ClusterOwner))]
internal sealed partial class ClusterOwnerJson : JsonSerializerContext;
