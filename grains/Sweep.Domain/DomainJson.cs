using System.Text.Json.Serialization;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Domain;

/// <summary>
/// How to read and write what is stored or sent as JSON, worked out by the compiler: reflection would do so at each start of each process.
/// </summary>
[JsonSerializable(typeof(SweepSpec))]
[JsonSerializable(typeof(TrialParameters))]
[JsonSerializable(typeof(TrainerCommand))]
[JsonSerializable(typeof(TrainerEvent))]
internal sealed partial class DomainJson : JsonSerializerContext;
