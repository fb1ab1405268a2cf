using System.Text.Json.Serialization;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Domain;

/// <summary>
/// Reads and writes what is stored or sent as JSON. The compiler generates the code, because reflection would cost time at each start of
/// each process.
/// </summary>
[JsonSerializable(typeof(SweepSpec))]
[JsonSerializable(typeof(TrialParameters))]
[JsonSerializable(typeof(TrainerCommand))]
[JsonSerializable(typeof(TrainerEvent))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(long[]))]
internal sealed partial class DomainJson : JsonSerializerContext;
